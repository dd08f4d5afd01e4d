"""The application object for servers and the command line; ``python app.py`` brings everything up and serves it."""

from cbe.application import create_app, serve

app = create_app()

if __name__ == "__main__":
    serve(app)
