"""The web door: one file per audience, each route a form, one service call and a redirect or a page.

Who may open which page is written in ``access``; ``guard`` keeps it and turns errors into responses.
"""
