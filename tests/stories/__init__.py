"""Stories: what people do, on every platform and both engines."""
