using ContactPlatform.ServiceDefaults.Paging;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>
/// Writes many contacts into one answer that stays small: it ends before it would have more bytes than clients of gRPC
/// take, however much the contacts have in custom fields.
/// </summary>
public sealed class ContactPages(ContactStore store)
{
    /// <summary>Bytes of the contacts of an answer, but for its first. Clients take messages of 4 MiB unless told otherwise.</summary>
    public const int MaximumBytes = 3 << 20;

    /// <summary>Contacts that are read first; then twice as many, and so on: what is read in vain stays within what was written.</summary>
    private const int FirstPart = 100;

    /// <summary>Writes as many contacts of a page as fit, and makes the token for the next.</summary>
    /// <param name="page">The page.</param>
    /// <param name="found">At most one more than the page's size, ascending.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<(IReadOnlyList<V1.Contact> Contacts, string NextPageToken)> FillAsync(Page page, IReadOnlyList<Contact> found, CancellationToken cancellationToken) =>
        FillAsync(page, found, store.WithLabelsAsync, cancellationToken);

    /// <summary>The same of contacts that are still to be read, in the snapshot that is open.</summary>
    public Task<(IReadOnlyList<V1.Contact> Contacts, string NextPageToken)> FillAsync(Page page, IReadOnlyList<long> found, CancellationToken cancellationToken) =>
        FillAsync(page, found, store.ReadAsync, cancellationToken);

    /// <summary>Writes as many contacts as fit, from the first on; at least one, where there is one.</summary>
    public Task<IReadOnlyList<V1.Contact>> FitAsync(IReadOnlyList<Contact> contacts, CancellationToken cancellationToken) => FitAsync(contacts, store.WithLabelsAsync, cancellationToken);

    private static async Task<(IReadOnlyList<V1.Contact> Contacts, string NextPageToken)> FillAsync<T>(Page page, IReadOnlyList<T> found, Read<T> read, CancellationToken cancellationToken)
    {
        var shown = await FitAsync([.. found.Take(page.Size)], read, cancellationToken);
        return (shown, shown.Count < found.Count ? page.TokenAfter(shown[^1].ContactId) : "");
    }

    private static async Task<IReadOnlyList<V1.Contact>> FitAsync<T>(IReadOnlyList<T> contacts, Read<T> read, CancellationToken cancellationToken)
    {
        var (fitting, bytes) = (new List<V1.Contact>(contacts.Count), 0);
        for (var part = FirstPart; fitting.Count < contacts.Count; part *= 2)
        {
            foreach (var contact in await read([.. contacts.Skip(fitting.Count).Take(part)], cancellationToken))
            {
                bytes += contact.CalculateSize();
                if (bytes > MaximumBytes && fitting.Count > 0)
                {
                    return fitting;
                }
                fitting.Add(contact);
            }
        }
        return fitting;
    }

    /// <summary>Reads contacts, in the order given.</summary>
    private delegate Task<IReadOnlyList<V1.Contact>> Read<T>(IReadOnlyList<T> contacts, CancellationToken cancellationToken);
}
