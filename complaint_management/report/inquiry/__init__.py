from . import complaint_print
