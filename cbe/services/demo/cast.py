"""Who is in the demo: invented people, what they do and how far they are. How their histories come about is ``history``'s."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DATA", "DOMAIN", "GROUPS", "LEARNERS", "NURSING", "STAFF", "GroupPlan", "LearnerPlan", "StaffPlan"]

DOMAIN = "demo.example"
DATA, NURSING = "data-technician", "nursing-associate"


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """Somebody who works here: the name of their address, their own name, and role → programs."""

    address: str
    name: str
    roles: tuple[tuple[str, str], ...] = ()
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group with the addresses of its instructors and advisers."""

    program: str
    name: str
    instructors: tuple[str, ...]
    advisers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LearnerPlan:
    """A learner: began so many days ago and has done about this share of the program's hours.

    ``brings`` is how many competencies came by ``recognition`` or ``transfer`` at the start. ``status`` is what they are
    now, ``away`` since how many days when not active.
    """

    address: str
    name: str
    group: str
    began: int
    share: float
    goals: tuple[str, ...] = ()
    hours: int | None = None
    brings: tuple[str, int] | None = None
    status: str = "active"
    away: int = 0


STAFF = (
    StaffPlan("admin", "Ines Duarte", is_admin=True),
    StaffPlan("designer", "Tomasz Wolski", (("designer", DATA), ("designer", NURSING))),
    StaffPlan("designer2", "Ngozi Eze", (("designer", DATA), ("designer", NURSING))),
    StaffPlan("registrar", "Hannah Lindqvist", (("registrar", DATA), ("registrar", NURSING))),
    StaffPlan("coordinator", "Layla Mansour", (("coordinator", DATA), ("coordinator", NURSING))),
    StaffPlan("data-protection", "Henrik Dahl", (("data_protection", DATA), ("data_protection", NURSING))),
    StaffPlan("instructor", "Samira Haddad", (("instructor", DATA),)),
    StaffPlan("peter.okafor", "Peter Okafor", (("instructor", DATA),)),
    StaffPlan("mei.tanaka", "Mei Tanaka", (("instructor", DATA),)),
    StaffPlan("grace.mbeki", "Grace Mbeki", (("instructor", NURSING),)),
    StaffPlan("liam.gallagher", "Liam Gallagher", (("instructor", NURSING),)),
    StaffPlan("adviser", "Noor Rahman", (("adviser", DATA), ("adviser", NURSING))),
    StaffPlan("jonas.berg", "Jonas Berg", (("adviser", NURSING),)),
    StaffPlan("verifier", "Ruth Adler", (("verifier", DATA),)),
)
GROUPS = (
    GroupPlan(DATA, "Evening group", ("instructor", "peter.okafor"), ("adviser",)),
    GroupPlan(DATA, "Day group", ("peter.okafor", "mei.tanaka"), ("adviser",)),
    GroupPlan(DATA, "Workplace group", ("mei.tanaka", "instructor")),
    GroupPlan(NURSING, "Ward group", ("grace.mbeki", "liam.gallagher"), ("jonas.berg",)),
    GroupPlan(NURSING, "Community group", ("liam.gallagher", "grace.mbeki"), ("adviser",)),
)
_ASSISTANT, _ANALYSIS, _OPERATIONS = "cert-data-assistant", "cert-data-analysis", "cert-data-operations"
_CARE, _SENIOR = "certificate-healthcare-assistant", "certificate-senior-assistant"
LEARNERS = (
    LearnerPlan("yusuf.almasri", "يوسف المصري", "Evening group", 400, 0.62, (_ASSISTANT, _ANALYSIS), 8),
    LearnerPlan("clara.hoffmann", "Clara Hoffmann", "Evening group", 380, 0.50, (_ASSISTANT,), 6),
    LearnerPlan("diego.ramirez", "Diego Ramírez", "Evening group", 300, 0.34, (_OPERATIONS,), 10),
    LearnerPlan("fatima.zahra", "فاطمة الزهراء بنعلي", "Evening group", 240, 0.30, ("mc-sql-databases",), 5),
    LearnerPlan("oliver.bennett", "Oliver Bennett", "Evening group", 150, 0.16, ("badge-python",), 4),
    LearnerPlan("priya.nair", "Priya Nair", "Evening group", 60, 0.06),
    LearnerPlan("lukas.novak", "Lukáš Novák", "Evening group", 21, 0.0),
    LearnerPlan("amina.diallo", "Amina Diallo", "Day group", 415, 0.96, ("diploma-data-technician",), 20),
    LearnerPlan("james.whitfield", "James Whitfield", "Day group", 410, 0.90, ("diploma-data-technician",), 18),
    LearnerPlan("sofia.rossi", "Sofia Rossi", "Day group", 330, 0.55, (_ANALYSIS,), 9, ("recognition", 8)),
    LearnerPlan("omar.khalil", "عمر خليل", "Day group", 280, 0.42, (_OPERATIONS,), 12, ("transfer", 6)),
    LearnerPlan("nguyen.linh", "Nguyễn Thị Linh", "Day group", 200, 0.25, ("mc-python-data",), 7),
    LearnerPlan("ewa.kowalska", "Ewa Kowalska", "Day group", 170, 0.20, (), None, ("transfer", 4)),
    LearnerPlan("marcus.johnson", "Marcus Johnson", "Day group", 90, 0.10, ("badge-digital",), 3),
    LearnerPlan("hana.kim", "Kim Hana", "Day group", 35, 0.03),
    LearnerPlan("tariq.aziz", "Tariq Aziz", "Day group", 260, 0.22, status="leave", away=45),
    LearnerPlan(
        "isabel.santos", "Isabel Santos", "Workplace group", 390, 0.70, (_OPERATIONS,), 10, ("recognition", 12)
    ),
    LearnerPlan("erik.johansson", "Erik Johansson", "Workplace group", 310, 0.48, ("mc-pipelines",), 8),
    LearnerPlan("leila.haddadi", "لیلا حدادی", "Workplace group", 220, 0.28, ("mc-reporting",), 6),
    LearnerPlan("samuel.mensah", "Samuel Mensah", "Workplace group", 140, 0.15),
    LearnerPlan("zeynep.yilmaz", "Zeynep Yılmaz", "Workplace group", 75, 0.09, ("badge-sql",), 5),
    LearnerPlan("paul.martin", "Paul Martin", "Workplace group", 320, 0.12, status="withdrawn", away=120),
    LearnerPlan("rania.saleh", "رانيا صالح", "", 6, 0.0, status="applied"),
    LearnerPlan("joy.adeyemi", "Joy Adeyemi", "Ward group", 420, 0.88, ("diploma-nursing-associate",), 24),
    LearnerPlan("maryam.hosseini", "مريم حسيني", "Ward group", 400, 0.66, (_SENIOR,), 16),
    LearnerPlan("daniel.fischer", "Daniel Fischer", "Ward group", 350, 0.45, (_CARE,), 12, ("recognition", 9)),
    LearnerPlan("kwame.boateng", "Kwame Boateng", "Ward group", 290, 0.38, (_CARE,), 10),
    LearnerPlan("anna.petrova", "Анна Петрова", "Ward group", 210, 0.24, ("micro-medication",), 8),
    LearnerPlan("rosa.delgado", "Rosa Delgado", "Ward group", 130, 0.15, ("micro-foundations",), 6),
    LearnerPlan("chloe.dubois", "Chloé Dubois", "Ward group", 50, 0.05),
    LearnerPlan("ahmed.mansour", "أحمد منصور", "Community group", 405, 0.72, (_SENIOR,), 15, ("transfer", 7)),
    LearnerPlan("sinead.oreilly", "Sinéad O’Reilly", "Community group", 370, 0.52, (_CARE, "micro-end-of-life"), 10),
    LearnerPlan("wei.chen", "陈伟", "Community group", 250, 0.30, ("micro-mental-health",), 7),
    LearnerPlan("beatriz.lima", "Beatriz Lima", "Community group", 180, 0.19, (_CARE,), 9),
    LearnerPlan("mustafa.demir", "Mustafa Demir", "Community group", 110, 0.12),
    LearnerPlan("helen.osei", "Helen Osei", "Community group", 300, 0.27, status="leave", away=30),
    LearnerPlan("viktor.horvath", "Viktor Horváth", "Community group", 340, 0.10, status="withdrawn", away=150),
    LearnerPlan("salma.idrissi", "سلمى الإدريسي", "", 3, 0.0, status="applied"),
    LearnerPlan("ben.cohen", "Ben Cohen", "Ward group", 14, 0.01),
)
