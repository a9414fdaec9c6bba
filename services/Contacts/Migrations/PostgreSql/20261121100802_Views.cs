using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Views : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "merged_addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_merged_addresses", x => new { x.account_id, x.contact_id, x.address });
                    table.ForeignKey(
                        name: "fk_merged_addresses_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "views",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    view_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    column_names = table.Column<List<string>>(type: "text[]", nullable: false),
                    order_by = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_views", x => new { x.account_id, x.view_id });
                    table.ForeignKey(
                        name: "fk_views_segments",
                        columns: x => new { x.account_id, x.segment_id },
                        principalTable: "segments",
                        principalColumns: new[] { "account_id", "segment_id" });
                });

            migrationBuilder.CreateIndex(
                name: "ix_views_name_key",
                table: "views",
                columns: new[] { "account_id", "name_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_views_segment",
                table: "views",
                columns: new[] { "account_id", "segment_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "merged_addresses");

            migrationBuilder.DropTable(
                name: "views");
        }
    }
}
