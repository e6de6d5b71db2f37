"""The commands of serving: a model for its users, and the fleet that serves and trains."""
