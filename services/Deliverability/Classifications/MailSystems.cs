namespace ContactPlatform.Deliverability.Classifications;

/// <summary>
/// The systems whose wording is known, in the order in which they are asked: services that show themselves first, then
/// filters, then programs, then what everybody says.
/// </summary>
public static class MailSystems
{
    /// <summary>The systems.</summary>
    public static readonly IReadOnlyList<MailSystem> Table = [.. MailboxServices.Table, .. MailFilters.Table, .. MailPrograms.Table, CommonWording.Table];
}
