from __future__ import annotations

from tenants.models.audit import AuditEntry
from tenants.models.contact import Contact
from tenants.models.hours import Hours, HoursException
from tenants.models.job import JobRun
from tenants.models.notice import Notice
from tenants.models.operator import Operator
from tenants.models.partner import Partner
from tenants.models.policy import Policy, PolicyRule
from tenants.models.requirement import Requirement
from tenants.models.staff import Membership, Qualification, Role, User
from tenants.models.statement import Statement
from tenants.models.subject import Subject
from tenants.models.tenant import Country, Tenant, TenantHost

__all__ = [
    "AuditEntry",
    "Contact",
    "Country",
    "Hours",
    "HoursException",
    "JobRun",
    "Membership",
    "Notice",
    "Operator",
    "Partner",
    "Policy",
    "PolicyRule",
    "Qualification",
    "Requirement",
    "Role",
    "Statement",
    "Subject",
    "Tenant",
    "TenantHost",
    "User",
]
