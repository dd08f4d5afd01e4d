"""The application object for servers and the command line; ``python app.py`` brings everything up and serves it."""

import gc

from cbe.application import create_app, serve

app = create_app()
gc.freeze()  # what is loaded by now stays loaded: looking for garbage, which is often done, need not walk over it

if __name__ == "__main__":
    serve(app)
