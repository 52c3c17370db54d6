#: Users of these groups work on complaints or watch over them; what others reach is said elsewhere.
STAFF_GROUPS = (
    "complaint_management.group_complaint_first_contact",
    "complaint_management.group_complaint_auditor",
    "complaint_management.group_complaint_quality",
)
#: The same, as fields want it.
STAFF = ",".join(STAFF_GROUPS)
