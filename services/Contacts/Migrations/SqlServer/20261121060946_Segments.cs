using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Segments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "time_zone",
                table: "contacts",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(64)",
                oldMaxLength: 64);

            migrationBuilder.AlterColumn<string>(
                name: "owner",
                table: "contacts",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(200)",
                oldMaxLength: 200);

            migrationBuilder.CreateTable(
                name: "segment_snapshot_members",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_snapshot_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_snapshot_members", x => new { x.account_id, x.segment_snapshot_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "segment_snapshots",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_snapshot_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    filter_text = table.Column<string>(type: "nvarchar(max)", maxLength: 65536, nullable: false),
                    contact_count = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_snapshots", x => new { x.account_id, x.segment_snapshot_id });
                });

            migrationBuilder.CreateTable(
                name: "segments",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false, collation: "Latin1_General_100_BIN2"),
                    filter_text = table.Column<string>(type: "nvarchar(max)", maxLength: 65536, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    update_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segments", x => new { x.account_id, x.segment_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_segments_name_key",
                table: "segments",
                columns: new[] { "account_id", "name_key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "segment_snapshot_members");

            migrationBuilder.DropTable(
                name: "segment_snapshots");

            migrationBuilder.DropTable(
                name: "segments");

            migrationBuilder.AlterColumn<string>(
                name: "time_zone",
                table: "contacts",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "nvarchar(64)",
                oldMaxLength: 64,
                oldCollation: "Latin1_General_100_BIN2");

            migrationBuilder.AlterColumn<string>(
                name: "owner",
                table: "contacts",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "nvarchar(200)",
                oldMaxLength: 200,
                oldCollation: "Latin1_General_100_BIN2");
        }
    }
}
