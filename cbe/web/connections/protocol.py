"""OAuth 2.0 by Authlib, tied to our services: authorization code with PKCE (S256), refresh tokens, revocation.

Nothing else is offered: no implicit flow, no passwords, no tokens of an application for itself.
"""

from __future__ import annotations

from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, InvalidGrantError, InvalidRequestError, OAuth2Request, grants
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Request
from flask import request as asked

from cbe.domain.errors import Conflict
from cbe.services.connections import apps, consents, tokens
from cbe.services.connections.apps import App
from cbe.services.connections.tokens import ACCESS_LASTS, Grant

from .. import identity

__all__ = ["Client", "OAuth2Error", "Shown", "protector", "server"]

METHODS = ["client_secret_basic", "none"]


class Client(ClientMixin):
    """An application, as Authlib asks for it."""

    def __init__(self, app: App) -> None:
        self.app = app

    def get_client_id(self) -> str:
        """Return its number."""
        return str(self.app.id)

    def get_default_redirect_uri(self) -> None:
        """Return nothing: where the answer goes must be said each time."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return what of it there is, or None when nothing is left that could be read."""
        asked = (scope or "").split()
        known = [one for one in consents.SCOPES if one in asked]
        return " ".join(known) if set(known) - {consents.OFFLINE} else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether it is one that was registered, to the letter."""
        return redirect_uri in self.app.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        """Tell whether it is the secret that was told when it registered."""
        return apps.has_secret(self.app, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Tell whether it shows itself in this way: with its secret if it has one."""
        return method == ("client_secret_basic" if self.app.keeps_secret else "none")

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether it may have this: a code only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether it may have tokens for this."""
        return grant_type in ("authorization_code", "refresh_token")


class Shown:
    """A code or token that somebody shows, as Authlib asks for it."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant
        self.code_challenge, self.code_challenge_method = grant.challenge, "S256"

    def get_redirect_uri(self) -> str:
        """Return where its answer went."""
        return self.grant.redirect

    def get_scope(self) -> str:
        """Return what it is good for."""
        return " ".join(self.grant.scopes)

    def check_client(self, client: Client) -> bool:
        """Tell whether it is that application's."""
        return client.app.id == self.grant.app_id

    def is_expired(self) -> bool:
        """Return no: what is over isn't found."""
        return False

    is_revoked = is_expired


class Asked(FlaskOAuth2Request):
    """A request. Who serves us sees to TLS, and a first look on one's own machine goes without."""

    def __init__(self, came: Request) -> None:
        OAuth2Request.__init__(self, came.method, f"https://{came.host}{came.full_path}", headers=came.headers)
        self._request = came
        self.payload = FlaskOAuth2Payload(came)


class Server(AuthorizationServer):
    """The endpoints that give codes and tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.register_token_generator("default", BearerTokenGenerator(_draw, _draw, int(ACCESS_LASTS.total_seconds())))
        self.register_grant(CodeGrant, [Proof()])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)

    def query_client(self, client_id: str) -> Client | None:
        """Return an application by its number."""
        found = apps.find_app(client_id)
        return Client(found) if found else None

    def create_oauth2_request(self, request: Any) -> Asked:
        """Return the request at hand."""
        return Asked(asked)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep tokens, and use up what they were given for, in one change."""
        access, refresh, now = token["access_token"], token.get("refresh_token"), identity.now()
        try:
            if request.refresh_token:
                tokens.rotate(request.refresh_token.grant, access, refresh, now=now)
            else:
                tokens.redeem(request.authorization_code.grant, access, refresh, now=now)
        except Conflict as error:
            raise InvalidGrantError from error


class Proof(CodeChallenge):
    """PKCE by S256 for everybody, and the state that ties an answer to its question."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Want all three."""
        data = grant.request.payload.data
        if not data.get("state"):
            raise InvalidRequestError("Missing 'state'.")
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with the method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    """A code for a consent, and the first tokens for a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def generate_authorization_code(self) -> str:
        """Draw a code."""
        return tokens.new_token()

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep the consent with its code."""
        said = request.payload
        consents.agree(
            request.user, request.client.app, said.redirect_uri, tuple(request.scope.split()),
            said.data["code_challenge"], code, now=identity.now(),
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Shown | None:
        """Return what a code stands for."""
        return _shown(tokens.find_code(client.app.id, code, now=identity.now()))

    def authenticate_user(self, authorization_code: Shown) -> Any:
        """Return whose consent it is."""
        return authorization_code.grant.account_id

    def generate_token(self, *args: Any, **kwargs: Any) -> Any:
        """Give a refresh token only where going on was asked for."""
        kwargs["include_refresh_token"] = consents.OFFLINE in kwargs["scope"].split()
        return super().generate_token(*args, **kwargs)

    def delete_authorization_code(self, authorization_code: Shown) -> None:
        """Do nothing: it was used up with the change that kept the tokens."""


class RefreshGrant(grants.RefreshTokenGrant):
    """New tokens for a refresh token, which is spent by it."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_refresh_token(self, refresh_token: str) -> Shown | None:
        """Return what a token stands for."""
        return _shown(tokens.find_refresh(refresh_token, now=identity.now()))

    def authenticate_user(self, refresh_token: Shown) -> Any:
        """Return whose consent it is."""
        return refresh_token.grant.account_id

    def issue_token(self, user: Any, refresh_token: Shown) -> Any:
        """Give tokens for all that was agreed to; the answer says so to who asked for less."""
        return self.generate_token(user=user, scope=refresh_token.get_scope(), include_refresh_token=True)

    def revoke_old_credential(self, refresh_token: Shown) -> None:
        """Do nothing: it was spent with the change that kept the new ones."""


class Revocation(RevocationEndpoint):
    """An application gives up what it may read."""

    CLIENT_AUTH_METHODS = METHODS

    def create_endpoint_response(self, request: OAuth2Request) -> Any:
        """End the consent of a token; one that is unknown is none to complain of (RFC 7009, 2.2)."""
        client = self.authenticate_endpoint_client(request)
        self.check_params(request, client)
        tokens.revoke(client.app.id, request.form["token"], now=identity.now())
        return 200, {}, [("Content-Type", "application/json")]


class Validator(BearerTokenValidator):
    """What an access token is good for."""

    def authenticate_token(self, token_string: str) -> Shown | None:
        """Return what a token stands for."""
        return _shown(tokens.find_access(token_string, now=identity.now()))


def _shown(grant: Grant | None) -> Shown | None:
    return Shown(grant) if grant else None


def _draw(**_: Any) -> str:
    return tokens.new_token()


server = Server()
protector = ResourceProtector()
protector.register_token_validator(Validator())
