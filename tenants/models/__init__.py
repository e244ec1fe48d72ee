from __future__ import annotations

from tenants.models.audit import AuditEntry
from tenants.models.contact import Contact
from tenants.models.ending import Category, CloseReason
from tenants.models.evaluation import EvaluationForm, EvaluationQuestion
from tenants.models.hours import Hours, HoursException
from tenants.models.job import JobRun
from tenants.models.link import AccountLink, Invitation
from tenants.models.news import AccountNews
from tenants.models.notice import Notice
from tenants.models.operator import Operator
from tenants.models.partner import Partner
from tenants.models.path import Departure, DryRun, Proposal
from tenants.models.phrase import Phrase
from tenants.models.policy import Policy, PolicyRule
from tenants.models.requirement import Requirement
from tenants.models.session import StaffSession
from tenants.models.staff import LEADS, Membership, Qualification, Role, Shift, User
from tenants.models.statement import Statement
from tenants.models.subject import Subject
from tenants.models.tenant import Country, Icon, State, Tenant, TenantHost

__all__ = [
    "LEADS",
    "AccountLink",
    "AccountNews",
    "AuditEntry",
    "Category",
    "CloseReason",
    "Contact",
    "Country",
    "Departure",
    "DryRun",
    "EvaluationForm",
    "EvaluationQuestion",
    "Hours",
    "HoursException",
    "Icon",
    "Invitation",
    "JobRun",
    "Membership",
    "Notice",
    "Operator",
    "Partner",
    "Phrase",
    "Policy",
    "PolicyRule",
    "Proposal",
    "Qualification",
    "Requirement",
    "Role",
    "Shift",
    "StaffSession",
    "State",
    "Statement",
    "Subject",
    "Tenant",
    "TenantHost",
    "User",
]
