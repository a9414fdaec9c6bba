namespace ContactPlatform.Contacts.Imports;

/// <summary>What is wrong with a record's form; its fields cannot be told.</summary>
public enum CsvFlaw
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A quote inside an unquoted field, or text behind a closing quote.</summary>
    StrayQuote,

    /// <summary>A quoted field that nothing closes.</summary>
    UnclosedQuote,

    /// <summary>More than <see cref="CsvReader.MaximumRecord"/> characters.</summary>
    TooLong,
}
