"""From the outside world to a Market."""
