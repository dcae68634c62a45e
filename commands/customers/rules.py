"""What every part of a customer's file goes by: its kind, who keeps it, what it is called."""

from __future__ import annotations

from commands.kit.people import Department
from commands.kit.words import T, Words
from storage.customers import Contact, Customer

KIND = "customer"
WORDS = T("customer")
FILE_KEEPERS = {
    Department.MANAGEMENT,
    Department.SALES,
    Department.MARKETING,
    Department.PURCHASING,
}


def called(customer: Customer) -> str:
    """What people call a customer."""
    return customer.short or customer.name


def called_contact(described: str, contact: Contact) -> Words:
    """What is said of a contact, and if so that they have left."""
    return T("{who} (has left)", who=described) if contact.left_on else described
