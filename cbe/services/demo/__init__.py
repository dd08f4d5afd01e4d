"""The demo: two programs written by us as documents, and the people and histories that ``seed`` puts around them."""
