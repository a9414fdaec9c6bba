using System.CommandLine;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Cli;

/// <summary>How a person says to whom something is to be done: a segment, a static list, or contacts one by one.</summary>
internal sealed class BulkArguments
{
    private readonly Argument<string?> _segment = new("SEGMENT") { Description = $"{SegmentArgument.Ways}.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _list = new("--list") { Description = "Name of a static list, in place of a segment." };
    private readonly Option<string[]> _contacts = new("--contact") { Description = "Email, phone or number of a contact, in place of a segment. May be repeated.", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        command.Add(_segment);
        command.Add(_list);
        command.Add(_contacts);
    }

    /// <exception cref="CliException">None of them was given, or more than one.</exception>
    public async Task<ContactSet> FindAsync(Stack stack, ParseResult result, CancellationToken cancellationToken)
    {
        var (segment, list, contacts) = (result.GetValue(_segment), result.GetValue(_list), result.GetValue(_contacts) ?? []);
        switch (segment, list, contacts.Length)
        {
            case ({ } text, null, 0):
                return await SegmentArgument.FindAsync(stack, text, cancellationToken);
            case (null, { } name, 0):
                return new() { ContactListId = (await ListCommand.FindAsync(stack, name, cancellationToken)).ContactListId };
            case (null, null, > 0):
                var ids = new ContactIds();
                foreach (var contact in contacts)
                {
                    ids.ContactIds_.Add((await ContactKey.FindAsync(stack, contact, cancellationToken)).ContactId);
                }

                return new() { ContactIds = ids };
            default:
                throw new CliException("Say to whom, in one way: a SEGMENT, --list LIST or --contact CONTACT. All contacts are the segment \"\".");
        }
    }
}
