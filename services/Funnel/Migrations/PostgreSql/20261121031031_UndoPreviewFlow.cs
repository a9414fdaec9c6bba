using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Funnel.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class UndoPreviewFlow : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_stage_changes_account_id_change_time_from_stage_from_lost_t~",
                table: "stage_changes");

            migrationBuilder.AddColumn<byte[]>(
                name: "members_difference",
                table: "label_rule_runs",
                type: "bytea",
                maxLength: 1000,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "preview_id",
                table: "label_rule_runs",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "undone_run_id",
                table: "label_rule_runs",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<short>(
                name: "move",
                table: "stage_changes",
                type: "smallint",
                nullable: false,
                computedColumnSql: "CAST(COALESCE(from_stage, 0) * 24 + CAST(from_lost AS int) * 12 + COALESCE(to_stage, 0) * 2 + CAST(to_lost AS int) AS smallint)",
                stored: true);

            migrationBuilder.CreateTable(
                name: "label_rule_previews",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    preview_id = table.Column<long>(type: "bigint", nullable: false),
                    label_rule_id = table.Column<long>(type: "bigint", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    expire_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_label_rule_previews", x => new { x.account_id, x.preview_id });
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
                name: "IX_stage_changes_account_id_move_change_time",
                table: "stage_changes",
                columns: new[] { "account_id", "move", "change_time" });

            migrationBuilder.CreateIndex(
                name: "IX_stage_changes_account_id_run_id_contact_id",
                table: "stage_changes",
                columns: new[] { "account_id", "run_id", "contact_id" },
                filter: "cause IN (3, 6)");

            migrationBuilder.CreateIndex(
                name: "IX_label_rule_previews_expire_time",
                table: "label_rule_previews",
                column: "expire_time");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "label_rule_previews");

            migrationBuilder.DropTable(
                name: "undo_results");

            migrationBuilder.DropIndex(
                name: "IX_stage_changes_account_id_move_change_time",
                table: "stage_changes");

            migrationBuilder.DropIndex(
                name: "IX_stage_changes_account_id_run_id_contact_id",
                table: "stage_changes");

            migrationBuilder.DropColumn(
                name: "move",
                table: "stage_changes");

            migrationBuilder.DropColumn(
                name: "members_difference",
                table: "label_rule_runs");

            migrationBuilder.DropColumn(
                name: "preview_id",
                table: "label_rule_runs");

            migrationBuilder.DropColumn(
                name: "undone_run_id",
                table: "label_rule_runs");

            migrationBuilder.CreateIndex(
                name: "IX_stage_changes_account_id_change_time_from_stage_from_lost_t~",
                table: "stage_changes",
                columns: new[] { "account_id", "change_time", "from_stage", "from_lost", "to_stage", "to_lost" });
        }
    }
}
