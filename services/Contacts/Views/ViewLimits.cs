namespace ContactPlatform.Contacts.Views;

/// <summary>Limits of view.proto.</summary>
public static class ViewLimits
{
    /// <summary>Views of an account.</summary>
    public const int Views = 200;

    /// <summary>Columns of a view.</summary>
    public const int Columns = 50;

    /// <summary>Characters in order_by: a custom field's column and its direction take fewer.</summary>
    public const int OrderBy = 80;

    /// <summary>Bytes of a page's rows, but for its first row.</summary>
    public const int PageBytes = 512 << 10;
}
