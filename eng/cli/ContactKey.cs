using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Cli;

/// <summary>How a person names a contact: by email, by phone, or by its number.</summary>
internal static class ContactKey
{
    public static Argument<string> Argument() => new("CONTACT") { Description = "An email, a phone such as +12005550001 of one that has no email, or a contact's number." };

    public static Argument<string[]> Arguments() => new("CONTACT") { Description = "Emails, phones or numbers of contacts.", Arity = ArgumentArity.OneOrMore };

    /// <inheritdoc cref="FindAsync(Stack, string, CancellationToken)"/>
    /// <returns>Their numbers.</returns>
    public static async Task<List<long>> FindAsync(Stack stack, IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        foreach (var text in texts)
        {
            ids.Add((await FindAsync(stack, text, cancellationToken)).ContactId);
        }
        return ids;
    }

    /// <exception cref="CliException">The text is none of the three, or names nobody.</exception>
    public static async Task<Contact> FindAsync(Stack stack, string text, CancellationToken cancellationToken) =>
        (await AskAsync(stack, text, cancellationToken)).Contact;

    private static async Task<GetContactResponse> AskAsync(Stack stack, string text, CancellationToken cancellationToken)
    {
        try
        {
            return await stack.Contacts.GetContactAsync(Read(text), cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // The service does not repeat what was asked for, and a command can name many.
            throw new CliException(text.StartsWith('+')
                ? $"There is no contact without an email that has {text}: a phone is the name of those alone. `./dev cli segment page 'phone = \"{text}\"'` shows the others."
                : $"There is no contact {text}.");
        }
    }

    private static GetContactRequest Read(string text) => text switch
    {
        _ when text.Contains('@', StringComparison.Ordinal) => new() { Email = text },
        _ when text.StartsWith('+') => new() { Phone = text },
        _ when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) => new() { ContactId = id },
        _ => throw new CliException($"\"{text}\" is neither an email, nor a phone that begins with +, nor a contact's number."),
    };
}
