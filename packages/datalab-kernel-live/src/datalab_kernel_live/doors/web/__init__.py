"""DataLab's Web API: objects as archives, over HTTP."""
