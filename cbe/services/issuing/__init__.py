"""Signed credentials: who issues them, with which keys, signing what was awarded, and what anybody may look up of them.

``issuer`` what the organization says of itself · ``keys`` the keys that sign · ``facts`` what a credential says ·
``sweeping`` signing what is not signed yet · ``status`` lists of what was revoked or suspended · ``credentials`` one signed
credential for its learner, and in public when they switched that on · ``pages`` achievements and competencies in public.
"""
