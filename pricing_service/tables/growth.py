"""Growth: who recommends us, and who might become a customer."""

from pricing_service.tables.schema import ROW_ID, Column, Kind, Table, customer

TABLES = (
    Table(
        "referrals",
        "a customer recommending us",
        (
            customer(),
            Column("date", Kind.DATE, required=True),
            Column("referred", Kind.ID),
            ROW_ID,
        ),
        replaces=("customer_id", "date", "referred"),
    ),
    Table(
        "leads",
        "a prospect",
        (
            Column("lead_id", Kind.ID, required=True),
            Column("created", Kind.DATE, required=True),
            customer(required=False),
            Column("lost", Kind.DATE),
        ),
        key=("lead_id",),
        extras="traits",
    ),
    Table(
        "funnel",
        "a lead entering a stage",
        (
            Column("lead_id", Kind.ID, required=True, parent="leads"),
            Column("stage", Kind.ID, required=True),
            Column("date", Kind.DATE, required=True),
        ),
        key=("lead_id", "stage", "date"),
    ),
)
