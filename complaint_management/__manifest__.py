# Part of the complaint management suite. See LICENSE file for full licensing details.
{
    "name": "Complaint Management",
    "version": "19.0.1.0.0",
    "category": "Services/Complaints",
    "summary": "Complaints from receipt to follow-up, every step held to its time limit",
    "author": "Complaint Management Contributors",
    "license": "LGPL-3",
    "depends": ["crm", "hr", "sale", "portal", "resource"],
    "data": [],
    "application": True,
}
