using System.Data.Common;
using System.Text.Json;
using ContactPlatform.ServiceDefaults.Data;
using Npgsql;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>Hands the contacts of a fold to a statement, as each database takes many rows.</summary>
internal static class StageParameters
{
    public static DbCommand WithStages(this DbCommand command, FunnelFold fold)
    {
        var rows = fold.StageRows();
        return command is NpgsqlCommand
            ? command.With("accounts", rows.Select(r => r.Account).ToArray()).With("contacts", rows.Select(r => r.Contact).ToArray())
                .With("stages", rows.Select(r => r.Stage).ToArray()).With("lost", rows.Select(r => r.Lost).ToArray()).With("times", rows.Select(r => r.Time).ToArray())
            : command.With("rows", JsonSerializer.Serialize(rows.Select(r => new
            {
                account_id = r.Account,
                contact_id = r.Contact,
                stage = r.Stage,
                lost = r.Lost,
                change_time = FunnelFold.Json(r.Time),
            })));
    }
}
