# Part of the complaint management suite. See LICENSE file for full licensing details.
{
    "name": "Complaint Surveys",
    "version": "19.0.1.2.0",
    "category": "Services/Complaints",
    "summary": "Satisfaction surveys whose low scores become work again",
    "author": "Complaint Management Contributors",
    "license": "LGPL-3",
    "depends": ["complaint_management", "survey"],
}
