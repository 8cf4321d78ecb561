"""Students in files: what makes two ids the same, and which columns of a table hold ids and names."""

from __future__ import annotations

import unicodedata


def canonical(id: str) -> str:
    """What makes two ids the same: neither capitals nor spaces nor the width of letters tell students apart."""
    return "".join(unicodedata.normalize("NFKC", id).casefold().split())


# --- headers -------------------------------------------------------------------------------------------------------

CANVAS = ("student", "students", "schüler/in", "schüler", "student/in", "studierende", "studierende/r", "étudiant",
          "étudiant(e)", "élève", "estudiante", "alumno", "estudant", "studente", "estudante", "aluno", "学生",
          "學生")  # fmt: skip
"""Headers of the column with whole names of a gradebook of Canvas."""
WHOLE = ("name", "full name", "fullname", "student name", *CANVAS, "display name", "姓名", "氏名",
         "vollständiger name", "nom complet", "nombre completo", "nome completo", "volledige naam")  # fmt: skip
"""Headers of columns with whole names, the best first."""
ENGLISH = ("first name", "firstname", "given name", "given names", "forename")
FIRST = (*ENGLISH, "vorname", "prénom", "prenom", "nombre",
         "nome", "nom", "voornaam", "fornavn", "förnamn", "etunimi", "imię", "jméno", "křestní jméno", "keresztnév",
         "ad", "adı", "имя", "ім'я", "όνομα", "名", "名字", "الاسم الأول")  # fmt: skip
LAST = ("last name", "lastname", "surname", "family name", "nachname", "familienname", "nom de famille", "nom",
        "apellido(s)", "apellidos", "apellido", "cognome", "cognoms", "sobrenome", "apelido", "achternaam", "efternavn",
        "etternavn", "efternamn", "sukunimi", "nazwisko", "příjmení", "vezetéknév", "soyad", "soyadı", "фамилия",
        "прізвище", "επώνυμο", "姓", "姓氏", "اسم العائلة")  # fmt: skip
"""Headers of the two halves of a name, as Moodle and Blackboard write them in other languages."""
ALONE = ("nombre", "nome", "nom")
"""Of these, which hold the whole name where there is no other half."""
IDS = ("id", "student id", "studentid", "student number", "id number", "idnumber", "id-nummer", "matrikelnummer",
       "matriculation number", "numéro d'identification", "numéro d’identification", "número de id",
       "número de identificación", "número de identificação", "codice identificativo", "numero di matricola",
       "matricola", "numer id", "numer indeksu", "identifikační číslo", "id-numero", "opiskelijanumero",
       "индивидуальный номер", "ідентифікаційний номер", "学号", "id号", "id号码", "学生id", "idナンバー",
       "رقم التعريف", "orgdefinedid", "sis user id",
       "sis login id", "integration id", "login id", "username", "user name", "userid", "user id", "benutzername",
       "anmeldename", "anmeldenamn", "nom d'utilisateur", "nombre de usuario", "email address", "email", "e-mail",
       "e-mail-adresse", "adresse de courriel", "dirección de correo", "indirizzo email")  # fmt: skip
"""Headers of columns with ids, the best first; a column without any entry is passed over."""
