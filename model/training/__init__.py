"""Training: settings, batches, slices, the engine, runs, checkpoints."""
