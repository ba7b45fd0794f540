"""What a user holds: :class:`Experience`, one mixin a file, and several bases read as one."""
