"""The scheduler: timers, delivery, sweeping."""
