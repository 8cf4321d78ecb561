"""What notebooks and build scripts use: everything that `gdquiz` exports, typed and with results that are values."""
