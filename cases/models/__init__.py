from cases.models.audit import AuditEntry
from cases.models.audit_seal import AuditCheck, AuditSeal
from cases.models.case import Case, LeadOffer, LeadTerm, Participation
from cases.models.concealed import ConcealedContact, ConcealedHandover
from cases.models.consent import Authority, Consent
from cases.models.consultation import Consultation
from cases.models.emergency import EmergencyDisclosure
from cases.models.identity import PersonLink
from cases.models.people import ConflictOfInterest, Person, Separation
from cases.models.plan import Assignment, Evaluation, Plan, PlanAction, PlanGoal
from cases.models.recall import RecallEntry
from cases.models.record import ContactDetail, HouseholdMember, Record
from cases.models.referral import Enclosure, Referral
from cases.models.row import Category, InformationCategory, Matter, Row, RowVersion
from cases.models.screen import FormSubmission, StoredSearch

__all__ = [
    "Assignment",
    "AuditCheck",
    "AuditEntry",
    "AuditSeal",
    "Authority",
    "Case",
    "Category",
    "ConcealedContact",
    "ConcealedHandover",
    "ConflictOfInterest",
    "Consent",
    "Consultation",
    "ContactDetail",
    "EmergencyDisclosure",
    "Enclosure",
    "Evaluation",
    "FormSubmission",
    "HouseholdMember",
    "InformationCategory",
    "LeadOffer",
    "LeadTerm",
    "Matter",
    "Participation",
    "Person",
    "PersonLink",
    "Plan",
    "PlanAction",
    "PlanGoal",
    "RecallEntry",
    "Record",
    "Referral",
    "Row",
    "RowVersion",
    "Separation",
    "StoredSearch",
]
