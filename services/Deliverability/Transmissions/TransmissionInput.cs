using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>A transmission as it was asked for, checked.</summary>
/// <param name="Header">From whom, and how, with the subject.</param>
/// <param name="Content">What is sent.</param>
/// <param name="Templates">The same, read.</param>
/// <param name="Recipients">To whom.</param>
/// <param name="Variables">Values for all.</param>
/// <param name="RequestId">Makes a retry harmless.</param>
public sealed record TransmissionInput(
    Transmission Header, MailContent Content, MailTemplates Templates, IReadOnlyList<RecipientInput> Recipients, IReadOnlyDictionary<string, string> Variables, string RequestId)
{
    /// <summary>Name of the stored template whose content is still to be put in; empty for none.</summary>
    public string TemplateName { get; init; } = "";

    /// <summary>Which of its versions; 0 for the newest.</summary>
    public int TemplateVersion { get; init; }
}

/// <summary>One recipient as it was asked for.</summary>
/// <param name="ContactId">The contact; 0 for an address alone.</param>
/// <param name="Email">The address in normal form; empty for a contact.</param>
/// <param name="DisplayName">Its name; may be empty.</param>
/// <param name="Variables">Values for it alone.</param>
public sealed record RecipientInput(long ContactId, string Email, string DisplayName, IReadOnlyDictionary<string, string> Variables);

/// <summary>One recipient with everything that its mail needs.</summary>
/// <param name="ContactId">The contact; 0 for an address alone.</param>
/// <param name="Email">The address in normal form.</param>
/// <param name="DisplayName">Its name; may be empty.</param>
/// <param name="Values">Values of the variables that the templates name and that not all recipients share.</param>
public sealed record FilledRecipient(long ContactId, string Email, string DisplayName, IReadOnlyDictionary<string, string> Values);
