"""Commands that ask an estimate more than once: what it takes to reach a target, what moves it, which option is best."""
