class Mark(frozenset):
    """Ids of records with which something is being done, to be put into a context.

    Whoever calls a method from outside sends a context, too, made of what JSON knows. A plain flag in it is
    therefore no proof that our own code set it; a mark is.
    """

    @classmethod
    def of(cls, env, key):
        """Return the mark that our code has put into a context, else an empty one.

        :param env: the environment
        :param str key: of the context
        """
        value = env.context.get(key)
        return value if isinstance(value, cls) else cls()
