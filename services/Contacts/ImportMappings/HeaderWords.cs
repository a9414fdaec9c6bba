using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Contacts.ImportMappings;

/// <summary>What people call the columns of their files, by what it feeds. Compared without case, accents, blanks and signs.</summary>
public static class HeaderWords
{
    private static readonly (ImportField Field, string[] Words)[] Table =
    [
        (ImportField.Email, ["email", "e-mail", "mail", "email address", "e-mail address", "mail address", "primary email", "work email", "email 1 value", "courriel", "adresse mail", "correo", "correo electrónico", "e-mail-adresse", "mailadresse", "alamat email", "surel"]),
        (ImportField.Phone, ["phone", "phone number", "telephone", "tel", "mobile", "mobile phone", "mobile number", "cell", "cell phone", "cellphone", "whatsapp", "phone 1 value", "telefon", "telefonnummer", "handy", "mobil", "téléphone", "portable", "teléfono", "móvil", "celular", "telepon", "no hp", "nomor telepon"]),
        (ImportField.GivenName, ["given name", "first name", "firstname", "forename", "vorname", "prénom", "nombre", "nama depan"]),
        (ImportField.FamilyName, ["family name", "last name", "lastname", "surname", "nachname", "familienname", "nom de famille", "apellido", "apellidos", "nama belakang"]),
        (ImportField.TimeZone, ["time zone", "timezone", "tz", "zone", "zeitzone", "fuseau horaire", "zona horaria", "zona waktu"]),
        (ImportField.Source, ["source", "lead source", "origin", "channel", "acquisition channel", "utm source", "quelle", "herkunft", "origen", "fuente", "sumber"]),
        (ImportField.SubscribedTime, ["subscribed time", "subscribed", "subscribed at", "subscribed on", "subscription date", "signup date", "sign up date", "signed up", "opt in time", "opt in date", "optin time", "confirm time", "angemeldet am", "date d'inscription", "fecha de alta", "tanggal daftar"]),
        (ImportField.Owner, ["owner", "contact owner", "account owner", "assigned to", "account manager", "sales rep", "betreuer", "responsable", "pemilik"]),
        (ImportField.Labels, ["labels", "label", "tags", "tag", "categories", "groups", "group membership", "etiketten", "schlagworte", "étiquettes", "etiquetas"]),
        (ImportField.Stage, ["stage", "funnel stage", "lifecycle stage", "lifecycle", "journey stage", "stufe", "phase", "étape", "etapa", "tahap"]),
    ];

    private static readonly FrozenDictionary<string, ImportField> ByWord =
        Table.SelectMany(t => t.Words, (t, word) => (Word: Plain(word), t.Field)).DistinctBy(w => w.Word).ToFrozenDictionary(w => w.Word, w => w.Field);

    /// <summary>The field that a header names; unspecified when it names none.</summary>
    public static ImportField Find(string header) => ByWord.GetValueOrDefault(Plain(header));

    /// <summary>A header as it is compared: letters and digits only, lower case, without accents.</summary>
    public static string Plain(string header)
    {
        var plain = new StringBuilder(header.Length);
        foreach (var c in header.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.ToLowerInvariant(c));
            }
        }
        return plain.ToString();
    }
}
