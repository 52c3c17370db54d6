from . import complaint_report
from . import customer_print
