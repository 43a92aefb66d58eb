"""By what name a kernel's workspace is opened from elsewhere; apart, as a kernel's start needs no more."""

TARGET = "datalab.workspace"
