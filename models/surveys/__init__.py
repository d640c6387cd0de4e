"""Survey methods: one way of asking for prices a file, each from its answers to demand and best prices."""
