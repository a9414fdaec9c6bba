using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Imports;

/// <summary>Imports while their service is killed, and files made to fill its memory. A service of their own.</summary>
public sealed class ImportFaultTests : IAsyncLifetime
{
    private const long Megabyte = 1 << 20;
    private ContactsHost? host;

    private ImportCaller Caller { get; set; } = null!;

    public async Task InitializeAsync()
    {
        host = await ContactsHost.StartAsync(CancellationToken.None, gate: false);
        Caller = new ImportCaller(host);
    }

    public Task DisposeAsync() => host!.DisposeAsync().AsTask();

    [Fact]
    public async Task Killed_at_any_moment_an_import_goes_on_and_counts_every_row_once()
    {
        const int Kills = 5;
        const int Rows = 20_000;
        var random = new Random(42);
        for (var kill = 0; kill < Kills; kill++)
        {
            var domain = $"kill{kill}.example";
            var file = new StringBuilder("email,given_name,labels\n");
            for (var i = 0; i < Rows; i++)
            {
                file.Append(CultureInfo.InvariantCulture, $"u{i % (Rows - 2000)}@{domain},{(i < Rows - 2000 ? "A" : "B")},k{kill}\n");
                file.Append(i % 1000 == 7 ? "bad,,\n" : "");
            }
            var upload = await Caller.UploadAsync(file.ToString(), ImportTests.Making);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 700)), TimeProvider.System);
            await host!.Service.Process.KillAsync(CancellationToken.None);
            await host.Service.StartAgainAsync(CancellationToken.None);
            var import = await Caller.EndAsync(upload.ImportId);

            import.Run.State.ShouldBe(RunState.Succeeded, import.Run.Message);
            (import.CreatedCount, import.UpdatedCount, import.UnchangedCount, import.RefusedCount).ShouldBe((Rows - 2000, 2000, 0, Rows / 1000));
            await using var db = Caller.Database();
            (await db.Contacts.CountAsync(c => c.Email!.EndsWith("@" + domain))).ShouldBe(Rows - 2000);
            (await db.Contacts.CountAsync(c => c.Email!.EndsWith("@" + domain) && c.Version == 2)).ShouldBe(2000);
            (await db.ImportErrors.CountAsync(e => e.ImportId == import.ImportId)).ShouldBe(Rows / 1000);
            var changes = await Caller.ChangesAsync(import.ImportId);
            changes.Where(c => c.ContactsCreated is not null).SelectMany(c => c.ContactsCreated.ContactIds).Distinct().Count().ShouldBe(Rows - 2000);
            changes.Where(c => c.ContactsCreated is not null).Sum(c => c.ContactsCreated.ContactIds.Count).ShouldBe(Rows - 2000);
        }
    }

    [Fact]
    public async Task Memory_stays_bounded_whatever_the_file_is()
    {
        var peak = 0L;
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                peak = Math.Max(peak, host!.Service.ResidentBytes());
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        });

        // 100 MB of long rows of one contact, so that the database is not what is measured.
        var rows = await Caller.EndAsync((await Caller.UploadAsync(Parts("email,note\n", "a@long.example," + new string('n', 20_000) + "\n", 100 * Megabyte))).ImportId);
        (rows.Run.State, rows.CreatedCount, rows.UnchangedCount > 4000, rows.RefusedCount).ShouldBe((RunState.Succeeded, 1, true, 0), rows.Run.Message);
        // One line of 50 MB, between two good ones; one made of quotes only; and 50 MB of quotes that open and close.
        var line = await Caller.EndAsync((await Caller.UploadAsync(Parts("email,note\na@long.example,\n", "x", 50 * Megabyte).Append(ByteString.CopyFromUtf8("\nb@long.example,\n")))).ImportId);
        (line.Run.State, line.CreatedCount, line.UnchangedCount, line.RefusedCount).ShouldBe((RunState.Succeeded, 1, 1, 1), line.Run.Message);
        var quotes = await Caller.EndAsync((await Caller.UploadAsync(Parts("email,note\na@long.example,\n", "\"", 50 * Megabyte).Append(ByteString.CopyFromUtf8("\nb@long.example,\n")))).ImportId);
        (quotes.Run.State, quotes.UnchangedCount, quotes.RefusedCount).ShouldBe((RunState.Succeeded, 2, 1), quotes.Run.Message);
        var bomb = await Caller.EndAsync((await Caller.UploadAsync(Parts("email,note\n", "\"\"\"\n", 3 * Megabyte))).ImportId);
        (bomb.Run.State, bomb.RefusedCount > 0).ShouldBe((RunState.Succeeded, true), bomb.Run.Message);

        await stop.CancelAsync();
        await watching;
        (peak / Megabyte).ShouldBeLessThan(300);
    }

    private static IEnumerable<ByteString> Parts(string first, string repeated, long bytes)
    {
        yield return ByteString.CopyFromUtf8(first);
        var part = ByteString.CopyFromUtf8(string.Concat(Enumerable.Repeat(repeated, (int)(Megabyte / repeated.Length))));
        for (var sent = 0L; sent < bytes; sent += part.Length)
        {
            yield return part;
        }
    }
}
