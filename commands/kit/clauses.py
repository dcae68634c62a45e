"""The clauses of the policy that software can serve, by number, as POLICY.md names them."""

from commands.kit.words import T

CLAUSES: dict[str, str] = {
    "2.1": "Screening on five criteria",
    "2.2.1": "Collecting a prospect's information",
    "2.2.2": "Evaluation and application",
    "2.2.3": "Site visit and its report",
    "2.2.4": "Management's decision",
    "3.1.1a": "Monthly visits to important customers",
    "3.1.1b": "Quarterly customer meetings",
    "3.1.2a": "Hotline and mailbox",
    "3.1.2b": "First reply within 24 h, solution within 48 h",
    "3.1.2c": "Everyday contact",
    "3.2.1": "Holiday greetings",
    "3.2.2": "Birthday wishes",
    "3.2.3": "Anniversaries of cooperation",
    "3.3.1": "Receiving complaints",
    "3.3.2": "Investigating complaints",
    "3.3.3": "Solutions",
    "3.3.4": "Tracking and return visits",
    "4.1.1": "Drafting contracts",
    "4.1.2": "Legal review",
    "4.1.3": "Signing and archiving",
    "4.2.1": "Orders",
    "4.2.2": "Production",
    "4.2.3": "Inspection",
    "4.2.4": "Payment",
    "4.3.1": "Change requests",
    "4.3.2": "Review of changes",
    "4.3.3": "Termination",
    "5.1": "Evaluation indicators",
    "5.2.1": "Yearly evaluation",
    "5.2.2": "Evaluation on occasion",
    "5.3.1": "Grades",
    "5.3.2": "Consequences of grades",
    "6.1": "Identifying risks",
    "6.2": "Rating risks",
    "6.3.1": "Market risks",
    "6.3.2": "Quality risks",
    "6.3.3": "Supply risks",
    "6.3.4": "Credit risks",
    "7.1": "Collecting customer information",
    "7.2.1": "The customer file",
    "7.2.2": "Analysis",
    "7.3.1": "Sharing by right",
    "7.3.2": "Confidentiality",
}


def titled(number: str) -> T:
    """What a clause is about."""
    return T(CLAUSES[number])
