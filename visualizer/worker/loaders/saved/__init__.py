"""Files of torch.save and safetensors: what they hold, told without running any of it."""
