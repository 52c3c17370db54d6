# Part of the complaint management suite. See LICENSE file for full licensing details.
{
    "name": "Complaint Benchmark",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "summary": "What the benchmarks compare with; never installed anywhere else",
    "author": "Complaint Management Contributors",
    "license": "LGPL-3",
    "depends": ["complaint_management"],
    "data": ["security/ir.model.access.csv", "views/bare_views.xml"],
}
