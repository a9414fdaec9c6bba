using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Contacts.Tests.Imports;

/// <summary>How much PostgreSQL has to look at for an import, which does not depend on how busy the machine is.</summary>
public sealed class ImportWorkTests
{
    private const int Rows = 8_000;

    [Fact]
    public async Task The_first_import_into_empty_tables_looks_at_each_row_a_few_times()
    {
        // The plans of an import's statements are kept from its first batch on, when the tables are empty: one that reads
        // whole tables looks at Rows * Rows / 2 rows by the end.
        await using var host = await ContactsHost.StartAsync(CancellationToken.None, gate: false);
        if (host.Database.Provider != "PostgreSql")
        {
            return;
        }
        var caller = new ImportCaller(host);
        var file = new StringBuilder("email,given_name,labels\n");
        for (var i = 0; i < Rows; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"w{i}@work.example,Ada,one\n");
        }
        (await caller.ImportAsync(file.ToString(), new ImportConfig { CreateMissingLabels = true })).CreatedCount.ShouldBe(Rows);
        (await caller.ImportAsync(file.ToString(), new ImportConfig { CreateMissingLabels = true })).UnchangedCount.ShouldBe(Rows);

        // PostgreSQL's sessions hand in their counts a second late, or when they end.
        await host.Service.Process.StopAsync(CancellationToken.None);
        foreach (var table in new[] { "contacts", "label_members", "runs", "imports" })
        {
            var read = await OwnStack.NumberAsync(host.Database, $"SELECT seq_tup_read + COALESCE(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = '{table}'", CancellationToken.None);
            read.ShouldBeLessThan(10 * Rows, table);
        }
    }
}
