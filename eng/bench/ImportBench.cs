using System.Diagnostics;
using System.Globalization;
using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// An import of new contacts with three labels each, against COPY of the same rows. Both begin with empty tables and end
/// with the same ones. Funnel is not there: what it makes of the feed later is none of the import.
/// </summary>
internal static class ImportBench
{
    private const int Labels = 20;
    private const int LabelsPerRow = 3;
    private const int PartBytes = 256 << 10;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis and Contacts");
        await using var stack = await OwnStack.StartAsync(0, cancellationToken);
        var memory = new MemoryWatch(stack);
        BenchRun.Progress("warming up");
        for (var i = 0; i < 3; i++)
        {
            await EmptyAsync(stack, cancellationToken);
            await ImportAsync(stack, File(10_000), cancellationToken);
        }
        var labels = await LabelsAsync(stack, cancellationToken);
        var file = File(run.Size);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  the file has {file.Sum(p => (long)p.Length) / 1e6:0.#} MB"));

        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await EmptyAsync(stack, cancellationToken);
            memory.Begin();
            var (import, uploaded, seconds) = await ImportAsync(stack, file, cancellationToken);
            var peaks = memory.End();
            BenchRun.Check("contacts created", import.CreatedCount, run.Size);
            await CheckAsync(stack, run.Size, cancellationToken);
            BenchRun.Sample("import", seconds, "s");
            BenchRun.Sample("  of that, the upload", uploaded, "s");
            peaks();
            work.Add(seconds);

            await EmptyAsync(stack, cancellationToken);
            limit.Add(await CopyAsync(stack, run.Size, labels, cancellationToken));
            await CheckAsync(stack, run.Size, cancellationToken);
            BenchRun.Sample("COPY", limit[^1], "s");
        }
        return Outcome.ByTurns(work, limit, "s");
    }

    /// <summary>Uploads a file and waits until its run has ended.</summary>
    public static async Task<(Import Import, double Uploaded, double Seconds)> ImportAsync(OwnStack stack, IReadOnlyList<ByteString> file, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetUtcNow();
        using var call = stack.Imports.UploadImport(stack.Headers, cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(new() { Start = new UploadImportStart { Config = new ImportConfig { CreateMissingLabels = true } } }, cancellationToken);
        foreach (var part in file)
        {
            await call.RequestStream.WriteAsync(new() { Data = part }, cancellationToken);
        }
        await call.RequestStream.CompleteAsync();
        var import = (await call.ResponseAsync).Import;
        var uploaded = (TimeProvider.System.GetUtcNow() - start).TotalSeconds;
        using var watch = stack.Imports.WatchImport(new() { ImportId = import.ImportId }, stack.Headers, cancellationToken: cancellationToken);
        while (await watch.ResponseStream.MoveNext(cancellationToken))
        {
            import = watch.ResponseStream.Current.Import;
        }
        return import.Run.State == RunState.Succeeded
            ? (import, uploaded, (import.Run.EndTime.ToDateTimeOffset() - start).TotalSeconds)
            : throw new BenchException($"import {import.ImportId} ended as {import.Run.State}: {import.Run.FailureReason} {import.Run.Message}");
    }

    /// <summary>Makes a file.</summary>
    public static List<ByteString> File(int rows, string domain = "bench.example")
    {
        var parts = new List<ByteString>();
        var text = new StringBuilder("email,given_name,family_name,time_zone,source,labels\n");
        for (var row = 0; row < rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Name(row)}@{domain},Ada,Example,Europe/Paris,shop,")
                .AppendJoin(';', LabelsOf(row).Select(l => string.Create(CultureInfo.InvariantCulture, $"bench {l}"))).Append('\n');
            if (text.Length >= PartBytes || row == rows - 1)
            {
                parts.Add(ByteString.CopyFromUtf8(text.ToString()));
                text.Clear();
            }
        }
        return parts;
    }

    // In no order, as the addresses of a real file; each once, since the factor is odd.
    private static string Name(int row) => string.Create(CultureInfo.InvariantCulture, $"person{unchecked((uint)row * 2654435761u):x8}");

    private static IEnumerable<int> LabelsOf(int row) => Enumerable.Range(0, LabelsPerRow).Select(i => (row + (i * 7)) % Labels);

    private static async Task<long[]> LabelsAsync(OwnStack stack, CancellationToken cancellationToken)
    {
        var all = (await stack.Labels.ListLabelsAsync(new() { PageSize = 100 }, stack.Headers, cancellationToken: cancellationToken)).Labels.ToDictionary(l => l.DisplayName, l => l.LabelId);
        return [.. Enumerable.Range(0, Labels).Select(l => all[$"bench {l}"])];
    }

    private static Task EmptyAsync(OwnStack stack, CancellationToken cancellationToken) => OwnStack.ExecuteAsync(stack.Contacts.Database, cancellationToken,
        "TRUNCATE contacts, import_chunks, import_errors, outbox CASCADE", "VACUUM (ANALYZE) labels, imports, runs", "CHECKPOINT");

    private static async Task CheckAsync(OwnStack stack, int rows, CancellationToken cancellationToken)
    {
        var email = $"{Name(rows / 2)}@bench.example";
        BenchRun.Check("contacts in the table", await OwnStack.NumberAsync(stack.Contacts.Database, "SELECT COUNT(*) FROM contacts", cancellationToken), rows);
        BenchRun.Check("labels in the table", await OwnStack.NumberAsync(stack.Contacts.Database, "SELECT COUNT(*) FROM label_members", cancellationToken), (long)rows * LabelsPerRow);
        var id = await OwnStack.NumberAsync(stack.Contacts.Database, $"SELECT contact_id FROM contacts WHERE email = '{email}'", cancellationToken);
        var contact = (await stack.ContactService.GetContactAsync(new() { ContactId = id }, stack.Headers, cancellationToken: cancellationToken)).Contact;
        if (contact.Email != email || contact.LabelIds.Count != LabelsPerRow)
        {
            throw new BenchException($"contact {id} is not readable as it was written: {contact}");
        }
    }

    private static async Task<double> CopyAsync(OwnStack stack, int rows, long[] labels, CancellationToken cancellationToken)
    {
        // The end of a COPY waits for all its indexes.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(stack.Contacts.Database.ConnectionString) { CommandTimeout = 600 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var first = await OwnStack.NumberAsync(stack.Contacts.Database, $"SELECT MIN(first) FROM (SELECT nextval('ids') AS first FROM generate_series(1, {(rows + 999) / 1000})) b", cancellationToken);
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.ffffff+00", CultureInfo.InvariantCulture);
        // Made before, so that only the database is measured.
        var contacts = Parts(rows, (text, row) => text.Append(CultureInfo.InvariantCulture,
            $"{ContactsHost.Account}\t{first + row}\t{Name(row)}@bench.example\tAda\tExample\tEurope/Paris\t1\tshop\t\t0\t{now}\t{now}\t1\tada\texample\tshop\n"));
        var members = Parts(rows, (text, row) =>
        {
            foreach (var label in LabelsOf(row))
            {
                text.Append(CultureInfo.InvariantCulture, $"{ContactsHost.Account}\t{labels[label]}\t{first + row}\n");
            }
        });

        var started = Stopwatch.GetTimestamp();
        await WriteAsync("contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version, given_name_key, family_name_key, source_key)", contacts);
        await WriteAsync("label_members (account_id, label_id, contact_id)", members);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;

        async Task WriteAsync(string table, List<string> parts)
        {
            await using var copy = await connection.BeginTextImportAsync($"COPY {table} FROM STDIN", cancellationToken);
            foreach (var part in parts)
            {
                await copy.WriteAsync(part.AsMemory(), cancellationToken);
            }
        }
    }

    private static List<string> Parts(int rows, Action<StringBuilder, int> append)
    {
        var parts = new List<string>();
        var text = new StringBuilder();
        for (var row = 0; row < rows; row++)
        {
            append(text, row);
            if (text.Length >= PartBytes || row == rows - 1)
            {
                parts.Add(text.ToString());
                text.Clear();
            }
        }
        return parts;
    }
}
