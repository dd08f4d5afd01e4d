"""What the two thousand applications of a test run have in common and each would make anew: compiled code, nothing that acts."""

from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Bytecode(BytecodeCache):
    """The compiled templates of this process: a page wants about ten, and each takes some 10 ms to compile.

    Jinja itself looks whether the source is still the same.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled before."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def share_address_builders() -> None:
    """Let rules of the same shape share the function that writes their addresses.

    Werkzeug writes and compiles two functions for each rule when an application is built, 40 ms of its 50. They hold
    nothing of the rule but its shape, and get the rule itself as an argument.
    """
    compile_builder: Callable[[Rule, bool], Any] = Rule._compile_builder
    built: dict[Any, Any] = {}

    def shared(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:  # these would be written into the function
            return compile_builder(rule, append_unknown)
        shape = (rule.rule, tuple(rule._trace), append_unknown)
        if shape not in built:
            built[shape] = compile_builder(rule, append_unknown)
        return built[shape]

    Rule._compile_builder = shared  # type: ignore[method-assign]
