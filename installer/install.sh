#!/bin/sh
# Installs and enrols the agent; written next.
exit 1
