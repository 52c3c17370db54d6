from . import complaint_deadline_report
