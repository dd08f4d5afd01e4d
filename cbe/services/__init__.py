"""What people do, one function a use case: the actor comes first, time comes in as ``now``.

Each asks the policy, does its work in one transaction and leaves an audit entry. Nothing here knows of requests, forms
or pages; what a page needs comes back as values.
"""
