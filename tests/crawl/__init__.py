"""The crawl: a canary in every confidential field, every route asked by everybody, and nothing where it may not be.

`canaries` plants them, `families` builds a case in every state, `knowing` asks the oracle what each viewer may know,
`addresses` lists what there is to ask, `answers` opens whatever comes back, `walk` goes round and compares.
"""
