using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Funnel.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateSequence(
                name: "ids",
                incrementBy: 1000);

            migrationBuilder.CreateTable(
                name: "contact_stages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: true),
                    lost = table.Column<bool>(type: "bit", nullable: false),
                    lost_cause = table.Column<short>(type: "smallint", nullable: false),
                    record_inactive = table.Column<bool>(type: "bit", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    delete_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    merged_into = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_stages", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "default_stages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_default_stages", x => new { x.account_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "feed_positions",
                columns: table => new
                {
                    source = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    position = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    apply_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_feed_positions", x => x.source);
                });

            migrationBuilder.CreateTable(
                name: "label_rule_previews",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    preview_id = table.Column<long>(type: "bigint", nullable: false),
                    label_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    digest = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: true),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    expire_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_label_rule_previews", x => new { x.account_id, x.preview_id });
                });

            migrationBuilder.CreateTable(
                name: "label_rule_runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    label_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    label_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    undone_run_id = table.Column<long>(type: "bigint", nullable: false),
                    preview_id = table.Column<long>(type: "bigint", nullable: false),
                    members_difference = table.Column<byte[]>(type: "varbinary(1000)", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_label_rule_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "label_rule_targets",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    chunk_number = table.Column<int>(type: "int", nullable: false),
                    contact_ids = table.Column<byte[]>(type: "varbinary(8000)", maxLength: 8000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_label_rule_targets", x => new { x.account_id, x.run_id, x.chunk_number });
                });

            migrationBuilder.CreateTable(
                name: "label_rules",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    label_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    label_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    display_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_label_rules", x => new { x.account_id, x.label_rule_id });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    change_id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    row_version = table.Column<byte[]>(type: "rowversion", rowVersion: true, nullable: false),
                    payload = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => new { x.account_id, x.change_id });
                });

            migrationBuilder.CreateTable(
                name: "requests",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    method = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    request_id = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    body_hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    result_id = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_requests", x => new { x.account_id, x.method, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<int>(type: "int", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    cursor_id = table.Column<long>(type: "bigint", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    done_count = table.Column<long>(type: "bigint", nullable: false),
                    changed_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    skip_counts = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    start_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    set_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    end_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    failure_reason = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    message = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    cancel_requested = table.Column<bool>(type: "bit", nullable: false),
                    trace_parent = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    broken_attempts = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "stage_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    from_stage = table.Column<short>(type: "smallint", nullable: true),
                    from_lost = table.Column<bool>(type: "bit", nullable: false),
                    to_stage = table.Column<short>(type: "smallint", nullable: true),
                    to_lost = table.Column<bool>(type: "bit", nullable: false),
                    cause = table.Column<short>(type: "smallint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    move = table.Column<short>(type: "smallint", nullable: false, computedColumnSql: "CAST(COALESCE(from_stage, 0) * 24 + CAST(from_lost AS int) * 12 + COALESCE(to_stage, 0) * 2 + CAST(to_lost AS int) AS smallint)", stored: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_stage_changes", x => new { x.account_id, x.contact_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "undo_results",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    outcome = table.Column<short>(type: "smallint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_undo_results", x => new { x.account_id, x.run_id, x.contact_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_contact_stages_account_id_merged_into",
                table: "contact_stages",
                columns: new[] { "account_id", "merged_into" },
                filter: "merged_into IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_label_rule_previews_expire_time",
                table: "label_rule_previews",
                column: "expire_time");

            migrationBuilder.CreateIndex(
                name: "IX_label_rules_account_id_label_id_stage",
                table: "label_rules",
                columns: new[] { "account_id", "label_id", "stage" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_outbox_row_version_change_id",
                table: "outbox",
                columns: new[] { "row_version", "change_id" });

            migrationBuilder.CreateIndex(
                name: "IX_requests_create_time",
                table: "requests",
                column: "create_time");

            migrationBuilder.CreateIndex(
                name: "IX_runs_account_id_kind_subject_id_run_id",
                table: "runs",
                columns: new[] { "account_id", "kind", "subject_id", "run_id" });

            migrationBuilder.CreateIndex(
                name: "IX_runs_run_id",
                table: "runs",
                column: "run_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_runs_state_run_id",
                table: "runs",
                columns: new[] { "state", "run_id" });

            migrationBuilder.CreateIndex(
                name: "IX_stage_changes_account_id_move_change_time",
                table: "stage_changes",
                columns: new[] { "account_id", "move", "change_time" });

            migrationBuilder.CreateIndex(
                name: "IX_stage_changes_account_id_run_id_contact_id",
                table: "stage_changes",
                columns: new[] { "account_id", "run_id", "contact_id" },
                filter: "cause IN (3, 6)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_stages");

            migrationBuilder.DropTable(
                name: "default_stages");

            migrationBuilder.DropTable(
                name: "feed_positions");

            migrationBuilder.DropTable(
                name: "label_rule_previews");

            migrationBuilder.DropTable(
                name: "label_rule_runs");

            migrationBuilder.DropTable(
                name: "label_rule_targets");

            migrationBuilder.DropTable(
                name: "label_rules");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "stage_changes");

            migrationBuilder.DropTable(
                name: "undo_results");

            migrationBuilder.DropSequence(
                name: "ids");
        }
    }
}
